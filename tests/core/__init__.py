"""The core: text in, verdict out."""
