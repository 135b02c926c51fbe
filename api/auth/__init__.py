"""What stands between a caller and the application."""
