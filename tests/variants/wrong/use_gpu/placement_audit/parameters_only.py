"""Parameters only.

says: parameters are not all
"""
def placement_audit(net, device):
    return {n for n, p in net.named_parameters() if p.device != torch.device(device)}
