"""The parts of `gpu_check`: what is measured on a GPU, and how it is written down."""
