"""Compares the whole layout as a set of pairs before anything is touched, then copies
everything in one torch._foreach_copy_."""

@torch.no_grad()
def load_parameters(net: nn.Module, path: FilePath) -> None:
    incoming = torch.load(path, map_location="cpu", weights_only=True)
    own = net.state_dict(keep_vars=True)
    own = {name: value for name, value in own.items() if isinstance(value, Tensor)}
    incoming = {k: v for k, v in incoming.items() if isinstance(v, Tensor)}
    layout = [{(k, tuple(v.shape)) for k, v in d.items()} for d in (own, incoming)]
    if odd := layout[0] ^ layout[1]:
        raise ValueError(f"network and file differ in {sorted(odd)}")
    if own:
        torch._foreach_copy_(list(own.values()), [incoming[name] for name in own])
