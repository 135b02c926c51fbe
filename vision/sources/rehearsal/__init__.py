"""The rehearsal hall (演练大厅): 82 cameras whose pictures we make, with known truth."""
