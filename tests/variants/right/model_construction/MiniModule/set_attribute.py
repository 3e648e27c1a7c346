"""Sorts values in __setattr__, as nn.Module does; lists are kept by reference."""
class MiniModule:
    def __init__(self):
        object.__setattr__(self, "_registry", {})
        object.__setattr__(self, "_all_hooks", [])
        object.__setattr__(self, "training", True)

    def __setattr__(self, name, value):
        if name != "training":
            self._registry[name] = value
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        self._registry.pop(name, None)
        object.__delattr__(self, name)

    def __call__(self, *args, **kwargs):
        y = self.forward(*args, **kwargs)
        for _, hook in tuple(self._all_hooks):
            z = hook(self, args, y)
            y = y if z is None else z
        return y

    def register_forward_hook(self, hook):
        entry = [len(self._all_hooks), hook]
        self._all_hooks.append(entry)

        def remove():
            self._all_hooks[:] = [e for e in self._all_hooks if e is not entry]

        return remove

    def _flat(self):
        flat = []
        for name, value in self._registry.items():
            if type(value) is list:
                flat.extend((name + "." + str(i), v) for i, v in enumerate(value))
            else:
                flat.append((name, value))
        return flat

    def children(self):
        return list(dict.fromkeys(v for _, v in self._flat() if isinstance(v, MiniModule)))

    def _tree(self, prefix):
        flat = self._flat()
        own = [(prefix + n, v) for n, v in flat
               if torch.is_tensor(v) and v.requires_grad and v.grad_fn is None]
        for n, v in flat:
            if isinstance(v, MiniModule):
                own += v._tree(prefix + n + ".")
        return own

    def named_parameters(self):
        pairs = []
        for name, p in self._tree(""):
            if all(p is not q for _, q in pairs):
                pairs.append((name, p))
        return pairs

    def state_dict(self):
        return {name: p.data for name, p in self._tree("")}

    def train(self, mode=True):
        stack = [self]
        while stack:
            module = stack.pop()
            object.__setattr__(module, "training", mode)
            stack += module.children()
        return self

    def eval(self):
        return self.train(mode=False)
