# my answers
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
import torch
from torch import Tensor, nn


FilePath = str | os.PathLike[str]


Tensors = Tensor | list[Tensor] | dict[str, Tensor]


ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


@dataclass(frozen=True)
class MLPConfig:
    """The widths and the activation of a multilayer perceptron."""

    in_features: int
    hidden: tuple[int, ...]
    out_features: int
    activation: str


def build_mlp(config: MLPConfig) -> nn.Sequential:
    """Return a new network with its description in `net.config`.

    Raises:
        ValueError: the activation is unknown.
    """
    if config.activation not in ACTIVATIONS:
        raise ValueError(f"unknown activation {config.activation!r}")
    widths = [config.in_features, *config.hidden]
    net = nn.Sequential()
    for width, following in zip(widths, config.hidden, strict=False):
        net.append(nn.Linear(width, following))
        net.append(ACTIVATIONS[config.activation]())
    net.append(nn.Linear(widths[-1], config.out_features))
    net.config = config
    return net


from torch.utils import _pytree


def save_tensors(obj, path):
    copied = _pytree.tree_map(lambda t: torch.empty_like(t).copy_(t), obj)
    buffer = io.BytesIO()
    torch.save(copied, buffer)
    with open(path, "wb") as file:
        file.write(buffer.getvalue())


def load_tensors(path):
    with open(path, "rb") as file:
        return torch.load(io.BytesIO(file.read()), map_location="cpu")


def save_parameters(net, path):
    with open(path, "wb") as f:
        torch.save(net.state_dict(), f)


def load_parameters(net, path):
    with open(path, "rb") as f:
        loaded = torch.load(f, weights_only=True)
    mine = net.state_dict()
    if set(loaded) != set(mine):
        raise ValueError(f"names differ: {set(loaded) ^ set(mine)}")
    for k in mine:
        if mine[k].size() != loaded[k].size():
            raise ValueError(k)
    with torch.no_grad():
        for k in mine:
            mine[k][...] = loaded[k]


def reuse_layers(source, target, names):
    src, dst = source.state_dict(), target.state_dict()
    modules = dict(source.named_modules()).keys() & dict(target.named_modules()).keys()
    chosen = {}
    for name in names:
        mine = {k: v for k, v in src.items() if k.startswith(name + ".")}
        yours = {k: v for k, v in dst.items() if k.startswith(name + ".")}
        if name not in modules or mine.keys() != yours.keys():
            raise ValueError(f"no layer {name}")
        for k in mine:
            if mine[k].shape != yours[k].shape:
                raise ValueError(f"{name}: {k} differs")
        chosen.update(mine)
    with torch.no_grad():
        for k, v in chosen.items():
            dst[k].copy_(v)
    return [*names]


def save_model(net, path):
    with open(path, "wb") as f:
        torch.save({"config": vars(net.config).copy(), "state": net.state_dict()}, f)


def load_model(path):
    try:
        saved = torch.load(path)
        fields = saved["config"]
        net = build_mlp(
            MLPConfig(
                fields.pop("in_features"),
                fields.pop("hidden"),
                fields.pop("out_features"),
                fields.pop("activation"),
            )
        )
        assert not fields
        net.load_state_dict(saved["state"])
        return net
    except Exception as e:
        raise ValueError("bad file") from e


def load_untrusted(path):
    try:
        obj = torch.load(str(path), weights_only=True)
    except FileNotFoundError:
        raise
    except Exception as e:
        raise ValueError("refused") from e
    if type(obj) is not dict:
        raise ValueError(type(obj))
    for key in obj:
        if type(key) is not str or not torch.is_tensor(obj[key]):
            raise ValueError(key)
    return obj
