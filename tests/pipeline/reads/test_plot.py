from __future__ import annotations

from pipeline.reads.plot import Plot, Series


def test_a_plot_without_a_number_is_empty_and_is_told_as_data_all_the_same():
    plot = Plot(name="leak", unit="share", labels=("a",), series=(Series(key="x", values=(None,)),), gap="not_sampled")
    assert plot.is_empty
    assert plot.plain() == {
        "name": "leak",
        "unit": "share",
        "labels": ["a"],
        "series": {"x": [None]},
        "gap": "not_sampled",
    }
    assert not Plot(name="x", unit="y", labels=("a",), series=(Series(key="x", values=(1,)),)).is_empty
