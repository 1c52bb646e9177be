"""Read knowledge folders strictly: YAML in, `Knowledge` out, or every problem at once."""
