"""What happens where processes and the database are killed; the long runs are `make faults`."""
