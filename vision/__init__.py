"""What the cameras see: from a camera address to a window's state over time."""
