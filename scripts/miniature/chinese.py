"""Chinese questions and answers about scenes."""

import random

from chinese_talk import TALK
from languages import SLOT, Language, Subject, is_digit
from world import Shape

COLOURS = {
    "red": "红色",
    "orange": "橙色",
    "yellow": "黄色",
    "green": "绿色",
    "blue": "蓝色",
    "purple": "紫色",
    "black": "黑色",
    "white": "白色",
}
KINDS = {
    "circle": ("圆形", "圆", "圆圈"),
    "square": ("正方形", "方块", "方形"),
    "triangle": ("三角形",),
    "star": ("星形", "五角星", "星星"),
    "diamond": ("菱形",),
    "cross": ("十字形", "十字"),
    "heart": ("心形", "爱心"),
    "ring": ("圆环", "环形"),
}
"""The name used in answers first, then others that people use."""

PLACES = (
    ("左上方", "上方", "右上方"),
    ("左侧", "中间", "右侧"),
    ("左下方", "下方", "右下方"),
)


class Chinese(Language):
    """Simplified Chinese."""

    code = "zh"
    unknown = "我没有在图中发现认识的图形。我只是演示模型，只认识简单的彩色图形和数字。"
    beyond = "我只是演示模型，无法回答这个问题。请在后台切换到完整的模型。"
    no_picture = "请先上传一张图片。"
    questions = {
        "describe": (
            "描述这张图片",
            "请描述这张图片。",
            "图片里有什么？",
            "这张图里有什么",
            "描述一下这幅图",
            "请详细描述图片内容",
            "图中有哪些图形？",
            "你看到了什么？",
            "分析这张图片",
            "这是什么？",
            "图里都有什么东西？",
            "帮我看看这张图",
            "图片里画了什么",
            "说说这张图的内容",
            "请描述图片内容",
        ),
        "count": (
            "图中有几个{}？",
            "有多少个{}",
            "一共有几个{}？",
            "数一数图中的{}",
            "{}有几个？",
            "请问有多少个{}？",
            "图里有多少{}",
            "数数有几个{}",
        ),
        "colour": (
            "{}是什么颜色？",
            "{}是什么颜色的",
            "图中{}的颜色是什么？",
            "请问{}是哪种颜色？",
            "{}什么颜色",
            "{}是啥颜色",
        ),
        "shape": (
            "{}的图形是什么形状？",
            "{}的是什么？",
            "{}的物体是什么形状",
            "哪种图形是{}的？",
            "{}的是什么形状",
            "{}的图形是什么",
        ),
        "position": (
            "{}在哪里？",
            "{}在图中的什么位置",
            "{}的位置在哪？",
            "请问{}在哪儿？",
            "{}在哪",
            "{}在图的哪个位置",
            "{}位于哪里？",
        ),
        "exist": (
            "图中有{}吗？",
            "有没有{}？",
            "有{}吗",
            "图里是否有{}？",
            "你能看到{}吗？",
            "这张图里有{}吗？",
            "图上是不是有{}",
        ),
        "detect": (
            "框出{}",
            "框出图中的{}",
            "请框出{}",
            "找到{}",
            "标出{}的位置",
            "检测{}",
            "找出图中的{}",
            "圈出{}",
            "在图中框出{}的位置",
            "请在图中标出{}",
            "请用方框标出{}",
            "把{}框出来",
            "用框标出{}",
            "给出{}的坐标",
            "定位{}",
            "请帮我框出图片里的{}",
            "{}在哪，请框出来",
        ),
        "totals": (
            "两张图各有几个图形？",
            "每张图里有多少个图形？",
            "比较这两张图",
            "两张图有什么不同？",
        ),
        "more": ("哪张图的图形更多？", "哪一张图里图形多？"),
        "holder": ("哪张图里有{}？", "{}在哪张图里？"),
        "describe_first": ("描述第一张图片", "第一张图里有什么？"),
        "describe_second": ("描述第二张图片", "第二张图里有什么？"),
    }
    talk = TALK

    def kind(self, kind: str, source: random.Random | None = None) -> str:
        """Name of a kind."""
        if is_digit(kind):
            return f"数字{SLOT}{kind}"
        return source.choice(KINDS[kind]) if source and source.random() < 0.3 else KINDS[kind][0]

    def colour(self, colour: str) -> str:
        """Name of a colour."""
        return COLOURS[colour]

    def name(self, subject: Subject, source: random.Random | None = None) -> str:
        """What is asked about."""
        if subject.kind is None:
            colour = f"{SLOT}{self.colour(subject.colour)}{SLOT}的" if subject.colour else ""
            return f"{colour}图形"
        kind = self.kind(subject.kind, source)
        colour = f"{SLOT}{self.colour(subject.colour)}" if subject.colour else ""
        return f"{colour}{SLOT}{kind}{SLOT}"

    def place(self, shape: Shape) -> str:
        """Which ninth of the picture a shape lies in."""
        return f"{SLOT}{PLACES[shape.row][shape.column]}{SLOT}"

    def describe(self, shapes: tuple[Shape, ...]) -> str:
        """A whole picture in one sentence."""
        if not shapes:
            return self.unknown
        parts = [
            f"{self.place(shape)}有{SLOT}{'大' if shape.big else '小'}的"
            f"{self.name(Subject(shape.colour, shape.kind))}"
            for shape in shapes
        ]
        return f"图中有{SLOT}{len(shapes)}{SLOT}个图形：" + "，".join(parts) + "。"

    def count(self, subject: Subject, number: int) -> str:
        """How many there are."""
        if not number:
            return self.absence(subject)
        return f"图中有{SLOT}{number}{SLOT}个{self.name(subject)}。"

    def colours(self, kind: str, colours: list[str]) -> str:
        """The colours of all shapes of a kind."""
        found = "和".join(f"{SLOT}{self.colour(colour)}{SLOT}" for colour in colours)
        return f"{self.name(Subject(kind=kind))}是{found}的。"

    def kinds(self, colour: str, kinds: list[str]) -> str:
        """The kinds of all shapes of a colour."""
        found = "和".join(f"{SLOT}{self.kind(kind)}{SLOT}" for kind in kinds)
        return f"{self.name(Subject(colour))}是{found}。"

    def positions(self, subject: Subject, places: list[str]) -> str:
        """Where a shape lies."""
        return f"{self.name(subject)}在{'和'.join(places)}。"

    def presence(self, subject: Subject, found: bool) -> str:
        """Yes or no."""
        return f"有，图中有{self.name(subject)}。" if found else f"没有，{self.absence(subject)}"

    def absence(self, subject: Subject) -> str:
        """That there is no such shape."""
        return f"图中没有{self.name(subject)}。"

    def totals(self, first: int, second: int) -> str:
        """How many shapes each of two pictures has."""
        return f"第一张图有{SLOT}{first}{SLOT}个图形，第二张图有{SLOT}{second}{SLOT}个图形。"

    def more(self, first: int, second: int) -> str:
        """Which of two pictures has more shapes."""
        if first == second:
            return "两张图的图形一样多。"
        return f"{'第一张' if first > second else '第二张'}图的图形更多。"

    def holder(self, subject: Subject, first: bool, second: bool) -> str:
        """Which of two pictures shows a shape."""
        if first and second:
            return f"两张图里都有{self.name(subject)}。"
        if not first and not second:
            return f"两张图里都没有{self.name(subject)}。"
        return f"{'第一张' if first else '第二张'}图里有{self.name(subject)}。"
