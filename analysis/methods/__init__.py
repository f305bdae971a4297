"""Pure methods: arrays in, frozen results out; no files, no database, no global state."""
