"""Countries by their names, adjectives and capitals: what is none of a story's parties is another country."""

from __future__ import annotations

_GROUPS = """
afghanistan|afghan; african|africa; algeria|algerian; argentina|argentine|argentinian|buenos aires; asean;
australia|australian|canberra; austria|austrian; bangladesh|bangladeshi|dhaka; belgium|belgian; bolivia|bolivian;
brazil|brazilian|brasilia; britain|british|uk|u.k.|united kingdom|london; cambodia|cambodian; canada|canadian|ottawa;
chile|chilean; china|chinese|beijing; colombia|colombian; cuba|cuban; denmark|danish; egypt|egyptian;
ethiopia|ethiopian; eu|e.u.|european union|european|brussels|europe; finland|finnish; france|french|paris;
germany|german|berlin; greece|greek; hungary|hungarian; india|indian|new delhi|delhi; indonesia|indonesian|jakarta;
iran|iranian|tehran; iraq|iraqi; ireland|irish; israel|israeli; italy|italian; japan|japanese|tokyo;
kazakhstan|kazakh; kenya|kenyan|nairobi; laos; malaysia|malaysian; mexico|mexican; mongolia|mongolian; morocco|moroccan;
myanmar|burma; nepal|nepali; netherlands|dutch|the hague; new zealand; nigeria|nigerian; north korea|pyongyang;
norway|norwegian; pakistan|pakistani; panama|panamanian; peru|peruvian; philippines|philippine|filipino|manila;
poland|polish; portugal|portuguese; qatar|qatari; romania|romanian; russia|russian|moscow|kremlin|putin; saudi
arabia|saudi; singapore|singaporean; south africa|south african; south korea|korea|korean|seoul; spain|spanish; sri
lanka|sri lankan; sweden|swedish; switzerland|swiss|bern; syria|syrian; taiwan|taiwanese|taipei; tanzania|tanzanian;
thailand|thai|bangkok; tunisia|tunisian; turkey|turkish|ankara; emirates|emirati|uae;
ukraine|ukrainian|kyiv|zelensky; united states|american|america|u.s.|washington; uruguay|uruguayan; el
salvador|salvadoran; guatemala|guatemalan; ecuador|ecuadorian; honduras|honduran; costa rica|costa rican;
nicaragua|nicaraguan; dominican republic; paraguay|paraguayan; guyana; haiti|haitian; jamaica|jamaican;
liechtenstein; luxembourg; malta|maltese; cyprus|cypriot; croatia|croatian; slovenia|slovenian; slovakia|slovak;
serbia|serbian; bulgaria|bulgarian; estonia|estonian; latvia|latvian; lithuania|lithuanian; albania|albanian;
bosnia; moldova|moldovan; belarus|belarusian; georgia|georgian; armenia|armenian; azerbaijan|azerbaijani;
turkmenistan; kyrgyzstan|kyrgyz; tajikistan|tajik; oman|omani; kuwait|kuwaiti; bahrain|bahraini; lebanon|lebanese;
libya|libyan; sudan|sudanese; ghana|ghanaian; ivory coast; senegal|senegalese; cameroon; congo|congolese;
angola|angolan; mozambique; madagascar; rwanda|rwandan; uganda|ugandan; botswana; namibia; brunei; timor; papua new
guinea; fiji; viet nam; uzbekistan|uzbek; venezuela|venezuelan; vietnam|vietnamese|hanoi; zambia|zambian; zimbabwe
"""

COUNTRIES = tuple(tuple(name.strip() for name in group.split("|")) for group in _GROUPS.replace("\n", " ").split(";"))
"""One group of names for each country, its first name first."""
