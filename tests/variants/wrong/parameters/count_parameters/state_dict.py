"""Counts the buffers too.

says: buffers.* are no parameters
"""
def count_parameters(net, trainable_only=False):
    seen = {}
    for p in net.parameters():
        p.numel()
    for t in net.state_dict(keep_vars=True).values():
        if t.requires_grad or not trainable_only:
            seen[id(t)] = t.numel()
    return sum(seen.values())
