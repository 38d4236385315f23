"""A model that can be loaded: where its weights are and how they are run."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from admin_system.core.upstream_lines import ADDRESS_RULE, read_lines

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

NAME_RULE = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._:/-]*\Z",
    _("Letters, digits and . _ : / - only; the first one is a letter or a digit."),
)
DEVICE_RULE = RegexValidator(r"^(auto|cpu|cuda(:\d+)?)\Z", _("One of auto, cpu, cuda, cuda:0 …"))


class ModelConfig(models.Model):
    class Kind(models.TextChoices):
        LOCAL = "local", _("In this process")
        REMOTE = "remote", _("A service elsewhere")
        ECHO = "echo", _("Echo (repeats the question)")

    class Precision(models.TextChoices):
        AUTO = "auto", _("As stored, where the device can")
        BFLOAT16 = "bfloat16", "bfloat16"
        FLOAT16 = "float16", "float16"
        FLOAT32 = "float32", "float32"

    class Int4Backend(models.TextChoices):
        OWN = "own", _("This project's own")
        GPTQMODEL = "gptqmodel", "gptqmodel"

    name = models.CharField(
        _("name"),
        max_length=100,
        unique=True,
        validators=[NAME_RULE],
        help_text=_("What a request gives as its model."),
    )
    alias = models.CharField(
        _("alias"),
        max_length=100,
        blank=True,
        validators=[NAME_RULE],
        help_text=_("A second name that requests may use."),
    )
    kind = models.CharField(_("runs"), max_length=10, choices=Kind, default=Kind.LOCAL)
    path = models.CharField(
        _("folder"),
        max_length=500,
        blank=True,
        help_text=_("Folder with config.json and the weights."),
    )
    precision = models.CharField(
        _("precision"), max_length=10, choices=Precision, default=Precision.AUTO
    )
    device = models.CharField(
        _("device"),
        max_length=20,
        default="auto",
        validators=[DEVICE_RULE],
        help_text=_("auto takes the graphics card when there is one."),
    )
    visual_device = models.CharField(
        _("device of the vision part"),
        max_length=20,
        blank=True,
        validators=[DEVICE_RULE],
        help_text=_(
            "Empty takes the same device. cpu leaves a small graphics card to the text part; "
            "pictures are then read more slowly."
        ),
    )
    int4_backend = models.CharField(
        _("four-bit layers"),
        max_length=10,
        choices=Int4Backend,
        default=Int4Backend.OWN,
        help_text=_(
            "Whose layers run four-bit GPTQ and AWQ weights. gptqmodel is installed separately, "
            "see docs/models.md."
        ),
    )
    max_batch = models.PositiveIntegerField(
        _("requests at once"),
        default=4,
        validators=[MinValueValidator(1), MaxValueValidator(256)],
        help_text=_("More of them answer together; each one takes memory."),
    )
    context_length = models.PositiveIntegerField(
        _("context length"),
        null=True,
        blank=True,
        validators=[MinValueValidator(256)],
        help_text=_("In tokens. Empty takes what the model states."),
    )
    min_pixels = models.PositiveIntegerField(
        _("least pixels of a picture"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    max_pixels = models.PositiveIntegerField(
        _("most pixels of a picture"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "Larger pictures are scaled down. Fewer pixels answer sooner, with less detail."
        ),
    )
    temperature = models.FloatField(
        _("temperature"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(2)],
        help_text=_("0 to 2; 0 always takes the likeliest word."),
    )
    top_p = models.FloatField(
        _("top p"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.001), MaxValueValidator(1)],
    )
    top_k = models.PositiveIntegerField(
        _("top k"), null=True, blank=True, help_text=_("0 switches it off.")
    )
    max_tokens = models.PositiveIntegerField(
        _("longest answer"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("In tokens, where a request does not say."),
    )
    upstream_url = models.CharField(
        _("address"),
        max_length=500,
        blank=True,
        validators=[ADDRESS_RULE],
        help_text=_("Base address of an OpenAI-compatible service, ending in /v1."),
    )
    upstream_model = models.CharField(
        _("model there"),
        max_length=200,
        blank=True,
        help_text=_("The model's name at that service. Empty uses the name given here."),
    )
    upstream_key = models.CharField(_("key"), max_length=500, blank=True)
    further_upstreams = models.TextField(
        _("further addresses"),
        max_length=20_000,
        blank=True,
        default="",
        help_text=_(
            "More services that run the same model, one a line: "
            "http://gpu2:8000/v1 model=NAME key=KEY. What is behind the address may be left out."
        ),
    )
    further_keys = models.TextField(blank=True, default="", editable=False)
    """Of those addresses, see `upstream_lines`."""
    upstream_is_ours = models.BooleanField(
        _("another one of these services"),
        default=False,
        help_text=_("Load and unload are passed on to it."),
    )
    family = models.CharField(
        _("family"),
        max_length=50,
        blank=True,
        help_text=_("How the model is spoken to. Found by itself for a model in this process."),
    )
    quantization = models.CharField(_("quantisation"), max_length=50, blank=True, editable=False)
    is_current = models.BooleanField(_("current"), default=False, editable=False)
    demo = models.BooleanField(_("demonstration model"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering: ClassVar[list[str]] = ["-is_current", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["is_current"],
                condition=models.Q(is_current=True),
                name="one_current_model",
            ),
            models.UniqueConstraint(
                fields=["alias"],
                condition=~models.Q(alias=""),
                name="one_model_per_alias",
                violation_error_message=_("Another model has this alias."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Says what the chosen kind needs, and that a name leads to one model only."""
        faults: dict[str, StrPromise | ValidationError] = {}
        if self.kind == self.Kind.REMOTE and not self.upstream_url:
            faults["upstream_url"] = _("A service elsewhere needs its address.")
        if self.kind == self.Kind.REMOTE and (fault := self._fault_in_lines()):
            faults["further_upstreams"] = fault
        if self.kind == self.Kind.LOCAL and not self.path and not self.demo:
            faults["path"] = _("A model in this process needs its folder.")
        if self.min_pixels and self.max_pixels and self.min_pixels > self.max_pixels:
            faults["min_pixels"] = _("This is more than the most pixels.")
        others = type(self).objects.exclude(pk=self.pk)
        if others.filter(alias=self.name).exists():
            faults["name"] = _("Another model has this as its alias.")
        if self.alias and (self.alias == self.name or others.filter(name=self.alias).exists()):
            faults["alias"] = _("A model has this as its name.")
        if faults:
            raise ValidationError(faults)

    def _fault_in_lines(self) -> StrPromise | ValidationError | None:
        try:
            further = read_lines(self.further_upstreams)
        except ValidationError as error:
            return error
        if any(address.url == self.upstream_url.rstrip("/") for address in further):
            return _("The first address stands here once more.")
        return None
