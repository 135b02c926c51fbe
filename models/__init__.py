"""What OnPost knows: pure rules (`domain`) and their record (`storage`)."""
