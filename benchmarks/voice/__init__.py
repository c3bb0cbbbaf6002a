"""Measures the spoken conversation in real time: virtual devices, scenarios, a rival, self-hearing, an idle day."""
