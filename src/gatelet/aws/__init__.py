"""The words of AWS that every other package speaks. Imports nothing of ours."""
