"""The state dict misses buffers that are not persistent.

says: missing from state_dict|parameters are not all
"""
def placement_audit(net, device):
    return {n for n, p in net.state_dict().items() if p.device != torch.device(device)}
