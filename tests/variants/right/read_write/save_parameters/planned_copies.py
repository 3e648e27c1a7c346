"""Plans a copy for each tensor, takes each name out of the file, then runs the plan."""
def save_parameters(net, path):
    entries = {
        name: value.detach().clone()
        for name, value in net.state_dict(keep_vars=True).items()
    }
    buffer = io.BytesIO()
    torch.save(entries, buffer)
    Path(path).write_bytes(buffer.getbuffer())


def load_parameters(net, path):
    incoming = dict(torch.load(path, weights_only=True, mmap=False))
    plan = []
    for name, mine in net.state_dict(keep_vars=True).items():
        try:
            theirs = incoming.pop(name)
        except KeyError:
            raise ValueError(f"the file has no {name}") from None
        if mine.size() != theirs.size():
            raise ValueError(f"{name} is {mine.size()} here, {theirs.size()} there")
        plan.append(lambda mine=mine, theirs=theirs: mine.copy_(theirs))
    if incoming:
        raise ValueError(f"the network has no {', '.join(incoming)}")
    with torch.no_grad():
        for act in plan:
            act()
