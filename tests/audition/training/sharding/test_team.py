from __future__ import annotations

import torch

from audition.training.sharding.team import ALONE, Team


def test_a_process_alone_says_nothing_and_has_all_answers() -> None:
    tensor = torch.ones(3)
    assert ALONE.sum(tensor) is tensor
    assert (ALONE.largest(5), ALONE.largest(None)) == (5, None)
    with ALONE.in_turn():
        pass
    assert not torch.distributed.is_initialized()


def test_each_process_draws_noise_of_its_own_and_the_first_what_it_would_alone() -> None:
    seeds = range(100)
    drawn = {Team(rank, 8).noise_seed(seed) for rank in range(8) for seed in seeds}
    assert len(drawn) == 8 * len(seeds)
    assert [Team(0, 8).noise_seed(seed) for seed in seeds] == [ALONE.noise_seed(seed) for seed in seeds] == list(seeds)
