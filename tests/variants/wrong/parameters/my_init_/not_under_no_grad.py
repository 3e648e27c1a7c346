"""Changes a leaf without no_grad.

says: under torch\.no_grad|a leaf Variable that requires grad
"""
def my_init_(t, generator=None):
    t.uniform_(-10, 10, generator=generator)
    return t.masked_fill_(t.abs() < 5, 0)
