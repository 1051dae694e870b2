"""What a process does to itself before it runs a function's code: one module a layer, standard library only."""
