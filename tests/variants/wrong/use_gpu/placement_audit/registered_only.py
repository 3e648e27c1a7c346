"""Parameters and buffers, but no plain attributes.

says: is in vars\(module\)
"""
def placement_audit(net, device):
    both = [*net.named_parameters(), *net.named_buffers()]
    return {n for n, p in both if p.device != torch.device(device)}
