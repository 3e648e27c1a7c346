"""Plans all shapes first, by the tensors of the state dict itself."""
def load_into_lazy(net, state):
    slots = net.state_dict(keep_vars=True)
    if set(slots) != set(state):
        raise RuntimeError(f"names differ: {sorted(set(slots) ^ set(state))}")
    for name, slot in slots.items():
        if not torch.nn.parameter.is_lazy(slot) and slot.shape != state[name].shape:
            raise RuntimeError(f"{name} is {slot.shape}, not {state[name].shape}")
    with torch.no_grad():
        for name, slot in slots.items():
            if torch.nn.parameter.is_lazy(slot):
                slot.materialize(state[name].shape)
            slot.copy_(state[name])
