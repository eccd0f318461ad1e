"""The conditions of items: ordinary items have a code and these words, Shops products the words alone."""

WORDS = {
    1: "新品、未使用",
    2: "未使用に近い",
    3: "目立った傷や汚れなし",
    4: "やや傷や汚れあり",
    5: "傷や汚れあり",
    6: "全体的に状態が悪い",
}
CODES = {words: code for code, words in WORDS.items()}
