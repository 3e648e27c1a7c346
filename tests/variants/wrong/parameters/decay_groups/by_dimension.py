"""Takes everything with fewer than two dimensions for a bias or a norm's.

says: number of dimensions does not tell
"""
def decay_groups(net, weight_decay):
    return [
        {"params": [p for p in net.parameters() if p.dim() >= 2], "weight_decay": weight_decay},
        {"params": [p for p in net.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]
