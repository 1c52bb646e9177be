"""Small matrices are multiplied on one core."""

from threadpoolctl import threadpool_info

from bot.semantic.encoder import UseEncoder


def test_one_core_is_used_before_the_weights_are_loaded() -> None:
    """The axes of an index took four seconds instead of 50 ms with two threads beside other work."""
    UseEncoder()
    libraries = [one for one in threadpool_info() if one["user_api"] == "blas"]
    assert libraries
    assert {one["num_threads"] for one in libraries} == {1}
