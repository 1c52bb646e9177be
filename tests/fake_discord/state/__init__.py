"""What exists on the loopback Discord, and who may do what there."""
