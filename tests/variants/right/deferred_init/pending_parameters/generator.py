"""Collects what a generator yields."""
def pending_parameters(net):
    def scan():
        for name, p in net.named_parameters():
            if torch.nn.parameter.is_lazy(p):
                yield name

    return list(scan())
