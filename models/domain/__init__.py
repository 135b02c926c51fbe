"""Pure rules of on-duty supervision: standard library only, no clock, no input or output."""
