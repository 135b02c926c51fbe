"""Reports: what the record says of a period, gathered, worded, rendered, issued."""
