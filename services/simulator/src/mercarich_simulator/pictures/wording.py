"""Titles as sellers write them, with varying spellings, omissions and additions."""

from random import Random

from mercarich_simulator.pictures.subject import KINDS, Subject

_THINGS = {
    "headphones": ("ヘッドホン", "ヘッドフォン"),
    "camera": ("デジタルカメラ", "デジカメ"),
    "figure": ("フィギュア",),
    "watch": ("腕時計", "ウォッチ"),
    "game": ("ゲームソフト", "ソフト"),
    "keyboard": ("キーボード",),
    "reel": ("リール", "スピニングリール"),
    "plush": ("ぬいぐるみ",),
    "lens": ("レンズ", "単焦点レンズ"),
    "speaker": ("スピーカー",),
    "book": ("写真集", "コミック", "漫画"),
}
_BRANDS = (
    ("ソニー", "SONY"),
    ("任天堂", "Nintendo"),
    ("バンダイ", "BANDAI"),
    ("パナソニック", "Panasonic"),
    ("キヤノン", "Canon", "キャノン"),
    ("カシオ", "CASIO"),
    ("サンリオ", "Sanrio"),
)
_COLOURS = (
    ("レッド", "赤", "Red"),
    ("ブルー", "青", "Blue"),
    ("グリーン", "緑"),
    ("イエロー", "黄色"),
    ("ブラック", "黒", "Black"),
    ("ホワイト", "白", "White"),
    ("ピンク", "桃色"),
    ("パープル", "紫"),
    ("オレンジ",),
    ("ブラウン", "茶色"),
)
_COUNTERS = {"book": "冊", "game": "本"}
_LEADS = ("【美品】", "【新品】", "【送料無料】", "★希少★", "【限定】", "1円~ ", "◎2021年製 ", "", "", "")
_TAILS = ("箱付き", "動作確認済み", "即購入OK", "付属品完備", "24時間以内発送", "匿名配送", "3月購入", "Ver.2", "", "")


def title(subject: Subject, random: Random) -> str:
    """Return a title of about 80 characters at most. Each detail is missing in some titles."""
    words = [random.choice(_BRANDS[subject.product // 2 % len(_BRANDS)]), random.choice(_THINGS[subject.kind])]
    if random.random() < 0.85:
        words.append(_model(subject, random))
    if random.random() < 0.55:
        words.append(random.choice(_COLOURS[subject.colour]))
    if subject.volume is not None and random.random() < 0.8:
        words.append(_volume(subject.volume, subject.pieces, random))
    if subject.pieces > 1 and random.random() < 0.85:
        words.append(_pieces(subject, random))
    if random.random() < 0.3:
        words[1:] = random.sample(words[1:], len(words) - 1)
    return f"{random.choice(_LEADS)}{' '.join(words)} {random.choice(_TAILS)}".strip()


def _model(subject: Subject, random: Random) -> str:
    number = f"{KINDS.index(subject.kind)}{subject.product:05d}"
    return random.choice((f"MX-{number}", f"MX-{number}", f"MX{number}", f"ＭＸ－{number}", f"mx-{number}"))


def _volume(volume: int, pieces: int, random: Random) -> str:
    if pieces > 1:
        last = volume + pieces - 1
        return random.choice((f"{volume}~{last}巻", f"{volume}-{last}巻", f"第{volume}巻~第{last}巻"))
    wide = str(volume).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return random.choice((f"第{volume}巻", f"{volume}巻", f"vol.{volume}", f"Vol.{volume}", f"{wide}巻"))


def _pieces(subject: Subject, random: Random) -> str:
    counter = _COUNTERS.get(subject.kind, random.choice(("個", "点")))
    return random.choice(
        (f"{subject.pieces}{counter}セット", f"{subject.pieces}{counter}", f"セット {subject.pieces}点")
    )
