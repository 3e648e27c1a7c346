"""Hooks live on the class.

says: each hook sees the module|on the class belongs to every module
"""
class MiniModule:
    _hooks = {}

    def __init__(self):
        self.training = True

    def __call__(self, *args):
        output = self.forward(*args)
        for hook in list(self._hooks.values()):
            result = hook(self, args, output)
            if result is not None:
                output = result
        return output

    def register_forward_hook(self, hook):
        key = object()
        self._hooks[key] = hook
        return lambda: self._hooks.pop(key, None)

    def _parts(self):
        for name, value in vars(self).items():
            if isinstance(value, list):
                for i, entry in enumerate(value):
                    yield f"{name}.{i}", entry
            else:
                yield name, value

    def children(self):
        met = []
        for _, part in self._parts():
            if isinstance(part, MiniModule) and not any(part is m for m in met):
                met.append(part)
        return met

    def _all(self):
        for name, part in self._parts():
            if isinstance(part, Tensor) and part.is_leaf and part.requires_grad:
                yield name, part
        for name, part in self._parts():
            if isinstance(part, MiniModule):
                for inner, tensor in part._all():
                    yield f"{name}.{inner}", tensor

    def named_parameters(self):
        met = set()
        for name, tensor in self._all():
            if id(tensor) not in met:
                met.add(id(tensor))
                yield name, tensor

    def state_dict(self):
        return {name: tensor.detach() for name, tensor in self._all()}

    def train(self, mode=True):
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self):
        return self.train(False)
