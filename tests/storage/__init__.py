"""The store in SQLite and in PostgreSQL."""
