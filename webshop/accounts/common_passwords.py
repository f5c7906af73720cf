"""Words and phrases that people take for passwords first (S-13): our own short list, German and English.

Compared in lower case, letters and digits only, with and without digits before and after. Since a password has at least
twelve characters, the long ones matter as they stand and the short ones with a year or a count behind them.
"""

from webshop.accounts.spelling import plain

WORDS = """
abcabc abcdefg admin administrator administrator123 alexander altespasswort andreas android anmeldung april asdfasdf
asdfghjkl august baseball basketball batman bauhof bayernmuenchen bayernmünchen benutzer berlin bestellung blahblah
borussia borussiadortmund buergeramt buergermeister burgermeister bvbdortmund bürgeramt bürgermeister changeme
christian computer correcthorsebatterystaple defaultpassword deinpasswort deutschland dezember dienstag donnerstag
dragon dresden edcrfv einsteinzwei einszweidrei facebook februar ferien feuerwehr football frankfurt freigabe freitag
fruehling frühling fussball fußball geheim geheimgeheim geheimnis gemeindeverwaltung germany google halle hallo
hallowelt hamburg helloworld herbst hertha ichbincool ichbinderbeste ichliebedich iloveyou iloveyouforever instagram
internet iphone itshop januar january juli juni kaemmerei katharina keineahnung keinpasswort kennwort koeln kommune
kommunen kreisverwaltung kämmerei köln landratsamt leipzig letmein letmeinplease liebling login lololo magdeburg
master meinpasswort michael michaela microsoft mittwoch monkey montag muenchen musterland musterlandit mynewpassword
mypassword märz münchen neuespasswort newpassword nichtzuraten nopassword november nullvier oberbürgermeister office
oktober onetwothree onlineshop ordnungsamt ostern passwd password password123456 passwordpassword passwort
passwort123456 passwortpasswort passwortvergessen pokemon princess prinzessin qayxsw qazwsxedc qwerqwer qwerty
qwertyuiop qwertz qwertzuiop rathaus root sabine sachsenanhalt samstag samsung schalke schatz schatzi sebastian
secretpassword september sommer sonntag sozialamt sparkasse spiderman stadtverwaltung standesamt starwars stefan
stendal stephanie strenggeheim stuttgart sunshine superman supersecret superuser temporarypassword temppassword test
testtest thomas topsecret trustno1 unknown unknownpassword urlaub user verwaltung warenkorb webshop weihnachten
welcome werder willkommen windows winter yxcvbnm zugang zxcvbnm
"""

COMMON = frozenset(plain(word) for word in WORDS.split())
