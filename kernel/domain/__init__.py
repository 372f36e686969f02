"""Pure rules of the kernel: values in, values out."""
