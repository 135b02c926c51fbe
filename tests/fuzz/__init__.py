"""Coverage-guided fuzzing (模糊测试) of what reads files and texts from outside: `make fuzz`."""
