from jarvis.audio.device_watch import BLIND_SECONDS, DeviceWatch


class Time:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_card_plugged_in_or_out_is_noticed_once(tmp_path):
    cards = tmp_path / "cards"
    cards.write_text(" 0 [PCH]: HDA-Intel\n")
    watch = DeviceWatch(cards, Time())
    assert not watch.changed(missing=False)
    cards.write_text(" 0 [PCH]: HDA-Intel\n 1 [Yeti]: USB-Audio\n")
    assert [watch.changed(missing=False) for _ in range(3)] == [True, False, False]
    cards.unlink()
    assert [watch.changed(missing=False) for _ in range(2)] == [True, False]


def test_while_a_device_is_missing_a_look_is_worth_it_now_and_then(tmp_path):
    now = Time()
    watch = DeviceWatch(tmp_path / "none", now)
    looks = 0
    while now.seconds < 3 * BLIND_SECONDS:
        now.seconds += 1.0
        assert not watch.changed(missing=False)
        looks += watch.changed(missing=True)
    assert looks == 3
