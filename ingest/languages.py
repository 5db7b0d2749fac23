"""The languages that the project knows: those that a text is detected in, that a curator may say a name is in, and that a contract may state."""

from __future__ import annotations

import re

# Languages that members of the Partnership publish in, by the codes of the model that detects them.
LANGUAGES = (
    "ar", "az", "bg", "bs", "ca", "cs", "da", "de", "el", "en", "es", "et", "eu", "fa", "fi", "fr", "ga", "he", "hr", "hu", "hy", "id", "is", "it", "ka", "ko",
    "ky", "lt", "lv", "mk", "mn", "mt", "nl", "nn", "no", "pl", "ps", "pt", "ro", "ru", "si", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "th", "tl", "tr", "uk", "ur",
)  # fmt: skip
TAGS = {code: "fil" if code == "tl" else code for code in LANGUAGES}  # code of the model -> BCP 47 tag that texts get
# Language, script, region and variants, in the letter case that RFC 5646 recommends.
_WELL_FORMED = re.compile(r"([a-z]{2,3})(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|\d{3}))?(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*")


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


# ISO 639-3 codes of the languages that have a code of two letters, which is then the BCP 47 tag (RFC 5646, section 2.2.1).
_TWO_LETTERS = _pairs(
    """
    aar=aa abk=ab afr=af aka=ak amh=am ara=ar arg=an asm=as ava=av ave=ae aym=ay aze=az bak=ba bam=bm bel=be ben=bn bis=bi bod=bo bos=bs bre=br bul=bg
    cat=ca ces=cs cha=ch che=ce chu=cu chv=cv cor=kw cos=co cre=cr cym=cy dan=da deu=de div=dv dzo=dz ell=el eng=en epo=eo est=et eus=eu ewe=ee fao=fo
    fas=fa fij=fj fin=fi fra=fr fry=fy ful=ff gla=gd gle=ga glg=gl glv=gv grn=gn guj=gu hat=ht hau=ha heb=he her=hz hin=hi hmo=ho hrv=hr hun=hu
    hye=hy ibo=ig ido=io iii=ii iku=iu ile=ie ina=ia ind=id ipk=ik isl=is ita=it jav=jv jpn=ja kal=kl kan=kn kas=ks kat=ka kau=kr kaz=kk khm=km kik=ki
    kin=rw kir=ky kom=kv kon=kg kor=ko kua=kj kur=ku lao=lo lat=la lav=lv lim=li lin=ln lit=lt ltz=lb lub=lu lug=lg mah=mh mal=ml mar=mr mkd=mk mlg=mg
    mlt=mt mon=mn mri=mi msa=ms mya=my nau=na nav=nv nbl=nr nde=nd ndo=ng nep=ne nld=nl nno=nn nob=nb nor=no nya=ny oci=oc oji=oj ori=or orm=om oss=os
    pan=pa pli=pi pol=pl por=pt pus=ps que=qu roh=rm ron=ro run=rn rus=ru sag=sg san=sa sin=si slk=sk slv=sl sme=se smo=sm sna=sn snd=sd som=so sot=st
    spa=es sqi=sq srd=sc srp=sr ssw=ss sun=su swa=sw swe=sv tah=ty tam=ta tat=tt tel=te tgk=tg tgl=tl tha=th tir=ti ton=to tsn=tn tso=ts tuk=tk tur=tr
    twi=tw uig=ug ukr=uk urd=ur uzb=uz ven=ve vie=vi vol=vo wln=wa wol=wo xho=xh yid=yi yor=yo zha=za zho=zh zul=zu
    """
)
# Codes for libraries (ISO 639-2/B), which look like those of ISO 639-3 and are none.
_OF_LIBRARIES = _pairs(
    """
    alb=sqi arm=hye baq=eus bur=mya chi=zho cze=ces dut=nld fre=fra geo=kat ger=deu gre=ell ice=isl mac=mkd mao=mri may=msa per=fas rum=ron slo=slk tib=bod
    wel=cym
    """
)


def bcp47(code: str) -> str:
    """The tag of a language given by its ISO 639-3 code, which is the code itself where there is none of two letters.

    Raises ValueError with what was expected in Spanish and English.

    >>> bcp47("spa"), bcp47("fil"), bcp47("yua")
    ('es', 'fil', 'yua')
    """
    if code in _OF_LIBRARIES or not re.fullmatch("[a-z]{3}", code):
        wanted = _OF_LIBRARIES.get(code, "spa")
        raise ValueError(f"un código ISO 639-3 (p. ej. {wanted}), o not-stated", f"an ISO 639-3 code (e.g. {wanted}), or not-stated")
    return _TWO_LETTERS.get(code, code)


def tag(text: str) -> str:
    """A BCP 47 tag of one of these languages, as it stands: `pt`, `pt-BR`, `sr-Latn`.

    Raises ValueError with what was expected in Spanish and English.
    """
    found = _WELL_FORMED.fullmatch(text)
    if found is None or found[1] not in TAGS.values():
        listed = ", ".join(sorted(TAGS.values()))
        raise ValueError(
            f"una etiqueta BCP 47 (pt, pt-BR, sr-Latn), o nada si el idioma no consta; idiomas: {listed}",
            f"a BCP 47 tag (pt, pt-BR, sr-Latn), or nothing where the language is not known; languages: {listed}",
        )
    return text
