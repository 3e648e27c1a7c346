r"""Takes the state from named_parameters(), where tied weights stand once ("`"state"`,
the network's state dict").

says: named_parameters\(\) has a tied weight once
"""

def save_model(net: nn.Module, path: FilePath) -> None:
    state = {name: p.detach() for name, p in net.named_parameters()}
    torch.save({"config": asdict(net.config), "state": state}, path)
