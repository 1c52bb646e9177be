"""The store in a database; the only package that knows SQLAlchemy."""
