"""What is published: table definitions, the records that fill them, and their writer."""
