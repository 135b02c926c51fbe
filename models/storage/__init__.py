"""The record. SQLAlchemy lives here and nowhere else."""
