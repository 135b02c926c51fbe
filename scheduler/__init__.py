"""What happens when: rosters in, timed jobs, documents out."""
