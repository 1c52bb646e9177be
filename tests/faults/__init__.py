"""Load, network and files at their worst: nothing stalls, nothing is lost."""
