"""Pure matching: a question and a snapshot of the knowledge go in, a decision comes out."""
