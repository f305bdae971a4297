"""One module per family of methods: arrays in, the method called, records out."""
