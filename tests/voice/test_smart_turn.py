import numpy as np
import onnx
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from jarvis.contracts.errors import EngineError
from jarvis.contracts.speech import TurnSoFar
from jarvis.voice.mel import log_mel, normalized
from jarvis.voice.smart_turn import SmartTurnJudge
from tests.fakes.speech import pink_noise, silence, synthetic_speech

QUESTION = synthetic_speech("what is the weather like tomorrow", "en-us")


def so_far(sound: bytes) -> TurnSoFar:
    return TurnSoFar(sound=sound, text="", language="en")


def network(path, nodes, *, shape=("n", 80, 800), name="input_features", constants=()):
    """Write a network of Smart Turn's interface: one picture per row in, one number per row out."""
    graph = helper.make_graph(
        nodes,
        "turn",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 1])],
        list(constants),
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


@pytest.fixture
def last_column(tmp_path):
    """A network whose answer rises with the level of the last 10 ms."""
    integers = [
        helper.make_tensor("start", TensorProto.INT64, [1], [799]),
        helper.make_tensor("stop", TensorProto.INT64, [1], [800]),
        helper.make_tensor("axis", TensorProto.INT64, [1], [2]),
    ]
    nodes = [
        helper.make_node("Slice", ["input_features", "start", "stop", "axis"], ["last"]),
        helper.make_node("ReduceMean", ["last"], ["most"], axes=[1], keepdims=0),
        helper.make_node("Sigmoid", ["most"], ["logits"]),
    ]
    return network(tmp_path / "smart-turn-v3.onnx", nodes, constants=integers)


@pytest.mark.parametrize(
    "sound", [QUESTION, pink_noise(8), pink_noise(0.3), silence(1) + QUESTION, b"\xff\x7f\x00\x80" * 20000]
)
def test_the_picture_is_the_one_that_whisper_sees(sound):
    samples = np.zeros(128000, np.float32)
    heard = np.frombuffer(sound, "<i2")[-128000:] / np.float32(32768)
    samples[128000 - heard.size :] = heard
    picture = log_mel(samples)
    assert picture.dtype == np.float32
    assert picture.shape == (80, 800)
    np.testing.assert_allclose(picture, FeatureExtractor()(samples, padding=0), atol=2e-4)


def test_normalized_sound_has_mean_zero_and_variance_one_and_silence_stays_silent():
    even = normalized(np.frombuffer(QUESTION, "<i2").astype(np.float32) / 32768 + 0.2)
    assert even.dtype == np.float32
    assert abs(float(even.mean())) < 1e-4
    assert float(even.var()) == pytest.approx(1, abs=1e-3)
    assert not normalized(np.zeros(100, np.float32)).any()


def test_the_judge_looks_at_the_end_of_the_sound(last_column):
    judge = SmartTurnJudge(last_column)
    ends_loud = judge.completeness(so_far(silence(3) + pink_noise(2)))
    ends_quiet = judge.completeness(so_far(pink_noise(2) + silence(3)))
    assert 0 <= ends_quiet < ends_loud - 0.2 <= 0.8


def test_only_the_last_eight_seconds_count_and_shorter_sound_is_put_at_the_end(last_column):
    judge = SmartTurnJudge(last_column)
    eight = pink_noise(8)
    assert judge.completeness(so_far(pink_noise(20, seed=2) + eight)) == judge.completeness(so_far(eight))
    assert judge.completeness(so_far(silence(5) + QUESTION)) == judge.completeness(so_far(QUESTION))


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=5000))
def test_any_bytes_have_a_judgement(sound):
    picture = log_mel(
        normalized(np.resize(np.frombuffer(b"\0\0" + sound[: len(sound) // 2 * 2], "<i2"), 16000) / 32768)
    )
    assert np.isfinite(picture).all()
    assert picture.max() - picture.min() <= 2.0 + 1e-5


def test_no_sound_at_all_has_a_judgement(last_column):
    judge = SmartTurnJudge(last_column)
    assert 0 <= judge.completeness(so_far(b"")) <= 1
    assert 0 <= judge.completeness(so_far(b"\x01")) <= 1


def test_what_is_not_such_a_network_is_refused_in_both_languages(tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a network")
    cut = tmp_path / "cut.onnx"
    whole = network(tmp_path / "other.onnx", [helper.make_node("Identity", ["input_features"], ["logits"])])
    cut.write_bytes(whole.read_bytes()[:40])
    identity = [helper.make_node("Identity", ["samples"], ["logits"])]
    other_name = network(tmp_path / "name.onnx", identity, name="samples")
    other_shape = network(
        tmp_path / "shape.onnx",
        [helper.make_node("Identity", ["input_features"], ["logits"])],
        shape=("n", 128, 800),
    )
    for file in (tmp_path / "missing.onnx", broken, cut, other_name, other_shape):
        with pytest.raises(EngineError) as trouble:
            SmartTurnJudge(file)
        assert trouble.value.code == "voice.turn_model_unusable"
        assert file.name in trouble.value.sentence("en")
        assert file.name in trouble.value.sentence("es")


@pytest.mark.parametrize("answer", [float("nan"), float("inf")])
def test_an_answer_that_is_no_number_is_an_error(tmp_path, answer):
    constant = helper.make_tensor("c", TensorProto.FLOAT, [1, 1], [answer])
    nodes = [
        helper.make_node("ReduceMax", ["input_features"], ["most"], axes=[1, 2], keepdims=0),
        helper.make_node("Mul", ["most", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "c"], ["logits"]),
    ]
    zero = helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0])
    file = network(tmp_path / "nan.onnx", nodes, constants=[constant, zero])
    with pytest.raises(EngineError):
        SmartTurnJudge(file).completeness(so_far(QUESTION))


def test_an_answer_beyond_the_ends_is_brought_back(tmp_path):
    constant = helper.make_tensor("c", TensorProto.FLOAT, [1, 1], [7.0])
    nodes = [
        helper.make_node("ReduceMax", ["input_features"], ["most"], axes=[1, 2], keepdims=0),
        helper.make_node("Mul", ["most", "zero"], ["nothing"]),
        helper.make_node("Add", ["nothing", "c"], ["logits"]),
    ]
    zero = helper.make_tensor("zero", TensorProto.FLOAT, [1], [0.0])
    file = network(tmp_path / "seven.onnx", nodes, constants=[constant, zero])
    assert SmartTurnJudge(file).completeness(so_far(QUESTION)) == 1.0
