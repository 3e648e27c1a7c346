"""Lets the RuntimeError of load_state_dict through.

says: ValueError
"""
def load_parameters(net, path):
    before = {k: v.clone() for k, v in net.state_dict().items()}
    try:
        net.load_state_dict(torch.load(path))
    except RuntimeError:
        for k, v in net.state_dict().items():
            v.copy_(before[k])
        raise
