"""Loads at once, and takes it back if that fails."""
import copy


def save_parameters(net, path):
    torch.save({k: v.cpu() for k, v in net.state_dict().items()}, str(path))


def load_parameters(net, path):
    before, state = copy.deepcopy(net.state_dict()), torch.load(path)
    try:
        net.load_state_dict(state, strict=True)
        if any(v.shape != state[k].shape for k, v in net.state_dict().items()):
            raise RuntimeError("a shape differs")
    except RuntimeError as e:
        for name, tensor in net.state_dict().items():
            tensor.copy_(before[name])
        raise ValueError(str(e))
