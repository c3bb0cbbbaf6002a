"""Memory bandwidth of known GPUs in GB/s, as their makers publish it.

Data only. The keys are the names that drivers report, in lower case and without the maker's name; the longest key
that is in a name counts, so that "rtx 4070 ti super" wins over "rtx 4070". Where one name was sold with several
memories, the commonest or the slower of them stands here. Sources: the makers' product pages and datasheets.
"""

from __future__ import annotations

GEFORCE: dict[str, float] = {
    "gt 1030": 48.0, "gtx 1050": 112.0, "gtx 1050 ti": 112.0, "gtx 1060": 192.0, "gtx 1070": 256.0,
    "gtx 1070 ti": 256.0, "gtx 1080": 320.0, "gtx 1080 ti": 484.0, "titan x": 480.0, "titan xp": 548.0,
    "titan v": 653.0, "titan rtx": 672.0,
    "gtx 1630": 96.0, "gtx 1650": 128.0, "gtx 1650 super": 192.0, "gtx 1650 ti": 192.0, "gtx 1660": 192.0,
    "gtx 1660 super": 336.0, "gtx 1660 ti": 288.0,
    "rtx 2050": 112.0, "rtx 2060": 336.0, "rtx 2060 super": 448.0, "rtx 2070": 448.0, "rtx 2070 super": 448.0,
    "rtx 2080": 448.0, "rtx 2080 super": 496.0, "rtx 2080 ti": 616.0,
    "rtx 3050": 224.0, "rtx 3050 6gb": 168.0, "rtx 3060": 360.0, "rtx 3060 ti": 448.0, "rtx 3070": 448.0,
    "rtx 3070 ti": 608.0, "rtx 3080": 760.0, "rtx 3080 ti": 912.0, "rtx 3090": 936.0, "rtx 3090 ti": 1008.0,
    "rtx 4050": 192.0, "rtx 4060": 272.0, "rtx 4060 ti": 288.0, "rtx 4070": 504.0, "rtx 4070 super": 504.0,
    "rtx 4070 ti": 504.0, "rtx 4070 ti super": 672.0, "rtx 4080": 717.0, "rtx 4080 super": 736.0,
    "rtx 4090": 1008.0, "rtx 4090 d": 1008.0,
    "rtx 5050": 320.0, "rtx 5060": 448.0, "rtx 5060 ti": 448.0, "rtx 5070": 672.0, "rtx 5070 ti": 896.0,
    "rtx 5080": 960.0, "rtx 5090": 1792.0, "rtx 5090 d": 1792.0,
}  # fmt: skip

GEFORCE_LAPTOP: dict[str, float] = {
    "gtx 1650 with max-q design": 112.0, "gtx 1660 ti with max-q design": 288.0,
    "gtx 1060 with max-q design": 192.0, "gtx 1070 with max-q design": 256.0, "gtx 1080 with max-q design": 320.0,
    "rtx 2060 with max-q design": 264.0, "rtx 2070 with max-q design": 384.0, "rtx 2080 with max-q design": 384.0,
    "rtx 2070 super with max-q design": 352.0, "rtx 2080 super with max-q design": 352.0,
    "rtx 3050 laptop gpu": 192.0, "rtx 3050 ti laptop gpu": 192.0, "rtx 3050 6gb laptop gpu": 168.0,
    "rtx 3060 laptop gpu": 336.0, "rtx 3070 laptop gpu": 384.0, "rtx 3070 ti laptop gpu": 448.0,
    "rtx 3080 laptop gpu": 384.0, "rtx 3080 ti laptop gpu": 512.0,
    "rtx 4050 laptop gpu": 192.0, "rtx 4060 laptop gpu": 256.0, "rtx 4070 laptop gpu": 256.0,
    "rtx 4080 laptop gpu": 432.0, "rtx 4090 laptop gpu": 576.0,
    "rtx 5050 laptop gpu": 384.0, "rtx 5060 laptop gpu": 384.0, "rtx 5070 laptop gpu": 384.0,
    "rtx 5070 ti laptop gpu": 672.0, "rtx 5080 laptop gpu": 896.0, "rtx 5090 laptop gpu": 896.0,
}  # fmt: skip

WORKSTATION: dict[str, float] = {
    "quadro p2000": 140.0, "quadro p4000": 243.0, "quadro p5000": 288.0, "quadro p6000": 432.0,
    "t400": 80.0, "t600": 160.0, "t1000": 160.0,
    "quadro rtx 3000": 336.0, "quadro rtx 4000": 416.0, "quadro rtx 5000": 448.0, "quadro rtx 6000": 672.0,
    "quadro rtx 8000": 672.0,
    "rtx a400": 96.0, "rtx a1000": 192.0, "rtx a2000": 288.0, "rtx a3000": 264.0, "rtx a4000": 448.0,
    "rtx a4500": 640.0, "rtx a5000": 768.0, "rtx a5500": 768.0, "rtx a6000": 768.0,
    "rtx a2000 laptop gpu": 192.0, "rtx a3000 laptop gpu": 264.0, "rtx a4000 laptop gpu": 384.0,
    "rtx a5000 laptop gpu": 448.0, "rtx a5500 laptop gpu": 512.0,
    "rtx 2000 ada": 224.0, "rtx 4000 sff ada": 280.0, "rtx 4000 ada": 360.0, "rtx 4500 ada": 432.0,
    "rtx 5000 ada": 576.0, "rtx 5880 ada": 864.0, "rtx 6000 ada": 960.0,
    "rtx 2000 ada generation laptop gpu": 256.0, "rtx 3000 ada generation laptop gpu": 256.0,
    "rtx 3500 ada generation laptop gpu": 432.0, "rtx 4000 ada generation laptop gpu": 432.0,
    "rtx 5000 ada generation laptop gpu": 576.0,
    "rtx pro 2000 blackwell": 288.0, "rtx pro 4000 blackwell": 672.0, "rtx pro 4500 blackwell": 896.0,
    "rtx pro 5000 blackwell": 1344.0, "rtx pro 6000 blackwell": 1792.0,
}  # fmt: skip

DATA_CENTRE: dict[str, float] = {
    "tesla p4": 192.0, "tesla p40": 346.0, "tesla p100": 549.0, "tesla v100": 900.0, "tesla t4": 320.0, "t4g": 320.0,
    "a2": 200.0, "a10": 600.0, "a10g": 600.0, "a16": 200.0, "a30": 933.0, "a40": 696.0,
    "a100": 1555.0, "a100-sxm4-80gb": 2039.0, "a100 80gb": 1935.0, "l4": 300.0, "l40": 864.0, "l40s": 864.0,
    "h100": 2000.0, "h100 80gb hbm3": 3350.0, "h100 nvl": 3900.0, "h200": 4800.0, "gh200": 4000.0, "b200": 8000.0,
    "gb10": 273.0,
}  # fmt: skip

AMD: dict[str, float] = {
    "rx 6400": 128.0, "rx 6500 xt": 144.0, "rx 6600": 224.0, "rx 6600 xt": 256.0, "rx 6650 xt": 280.0,
    "rx 6700": 320.0, "rx 6700 xt": 384.0, "rx 6750 xt": 432.0, "rx 6800": 512.0, "rx 6800 xt": 512.0,
    "rx 6900 xt": 512.0, "rx 6950 xt": 576.0, "rx 6600m": 224.0, "rx 6700m": 320.0, "rx 6800m": 384.0,
    "rx 7600": 288.0, "rx 7600 xt": 288.0, "rx 7700 xt": 432.0, "rx 7800 xt": 624.0, "rx 7900 gre": 576.0,
    "rx 7900 xt": 800.0, "rx 7900 xtx": 960.0, "rx 7600m xt": 288.0, "rx 7900m": 576.0,
    "rx 9060 xt": 320.0, "rx 9070": 640.0, "rx 9070 gre": 432.0, "rx 9070 xt": 640.0,
    "pro w6600": 224.0, "pro w6800": 512.0, "pro w7500": 172.0, "pro w7600": 288.0, "pro w7700": 576.0,
    "pro w7800": 576.0, "pro w7900": 864.0, "ai pro r9700": 640.0,
    "mi50": 1024.0, "mi60": 1024.0, "mi100": 1229.0, "mi210": 1638.0, "mi250": 3277.0, "mi250x": 3277.0,
    "mi300a": 5300.0, "mi300x": 5300.0, "mi325x": 6000.0, "mi350x": 8000.0, "mi355x": 8000.0, "radeon vii": 1024.0,
}  # fmt: skip

APPLE: dict[str, float] = {
    "apple m1": 68.0, "apple m1 pro": 200.0, "apple m1 max": 400.0, "apple m1 ultra": 800.0,
    "apple m2": 100.0, "apple m2 pro": 200.0, "apple m2 max": 400.0, "apple m2 ultra": 800.0,
    "apple m3": 100.0, "apple m3 pro": 150.0, "apple m3 max": 300.0, "apple m3 ultra": 819.0,
    "apple m4": 120.0, "apple m4 pro": 273.0, "apple m4 max": 410.0,
}  # fmt: skip

KNOWN: dict[str, float] = {**GEFORCE, **GEFORCE_LAPTOP, **WORKSTATION, **DATA_CENTRE, **AMD, **APPLE}
"""All of them; no key stands in two tables."""
