"""One file per migration, numbered like `SCHEMA_VERSION`."""
