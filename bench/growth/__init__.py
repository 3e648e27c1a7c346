"""How cost grows with the class: the real command on classes made from the variants."""
