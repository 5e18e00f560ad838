"""Word lists of the redactor, written by hand: first names, words that names share, products that are no person."""

# First names of many countries that are no plain English word and no well-known product, in lower case.
_FIRST = """
adaora aoibheann arvid bjarne bohdan colm ebba eirik elina frida gunnar halvard henrike ingo ingrid jannis jarno
kerstin lennox mads malte mikkel niamh oddvar padraig reto ronja ruairi runa sigurd solveig stig theo thiago torbjorn
torsten urs wim yann aaliyah aaron abdul abdullah abhishek abigail abdou abena achim ada adaeze adam adebayo adel
adele adeline aditi aditya adnan adrian adriana adrien adwoa agata agnes agnieszka ahmad ahmed aidan aiko aileen aisha
aishwarya ajay akash akiko akira akua alain alan alana alastair alberto alejandra alejandro aleksandar aleksandra
alena alessandra alessandro alessia alex alexander alexandra alexandre alexandru alexei alexis alfonso alfred alfredo
ali alice alicia alina alison alistair allison alma alok alvaro alyssa amadou amanda amandine amara amelia amélie
amina amir amit amita amy ana anais anaïs anand ananya anastasia andre andré andrea andreas andrei andrej andres
andrés andrew andrzej andy aneta angela angelica angelina angelo angus aniket anil anita anja anjali anke ankit ann
anna annabel anne annegret anneke annette annika anthony antje antoine anton antonia antonio anupam anushka anya aoife
apinya arash archana ariana arif arjun armando armin arnaud arnold arthur arturo arun arvind asha ashish ashley ashok
ashwin asif asma astrid aurelie aurélie aurora ayaan ayana ayesha aylin ayse ayşe ayumi azadeh azra babajide baptiste
barbara bartosz bashir beata beatrice beatriz becky belinda benedikt benjamin benoit benoît beth bernadette bernard
bernd bernhard bertrand bettina bianca bilal birgit birgitte björn bjorn blanca bogdan boris brandon brenda brendan
brian bridget brigitte bruce bruno bryan caitlin callum calum camila camilla camille carina carla carlos carmen carol
carole carolina caroline carsten caterina catherine cathy catarina cecilia cecile cécile cedric cédric celeste celia
celine céline cesar chandra chantal charles charlie chiara chidi chidinma chika chikondi chinedu chiamaka chinwe chloe
chloé chris christa christian christiane christina christine christoph christophe christopher chukwuemeka cindy claire
clara clarisse claudia claudio clemens clement clément colin colleen connor conor constance corinna corinne cornelia
craig cristian cristiana cristina curtis cynthia dagmar daisuke damian damien dana daniel daniela daniele danielle
danilo danny daria dariusz darius darren dave david davide debbie deborah deepa deepak deepika deirdre demetrius denis
denise dennis derek devika devon dhruv diana diane diarmuid didier diego dieter dietmar dilip dimitri dimitrios dinesh
dirk divya dmitri dmitry dominic dominik dominika dominique donald donna dorothea dorothee dorothy doug douglas dragan
duncan dylan eamon ebony eddie edgar edith eduardo edward edwin efua eileen ekaterina elaine elena eleanor eleni elias
elif elijah elisa elisabeth elise elizabeth elke ella ellen ellie elodie élodie elsa elvira emeka emil emilia emilie
emilio emily emma emmanuel emmanuelle enrico enrique ephraim eric erica erik erika erin ernesto ernst erwin esther
esteban estelle etienne étienne eugene eugenia eva evan evelyn ewa fabian fabien fabienne fabio fabrice fadi farah
farhan farid fatima fatemeh fatou federica federico felicia felicity felipe felix femi ferdinand fernanda fernando
filip filippo finn fiona folake francesca francesco francine francis francisco franck francois françois françoise
frank frankie franziska fred freddie frederic frédéric frederick frederik frieda friedrich fumiko gabriel gabriela
gabriele gabriella gaelle gaël gareth gary gaurav gavin gemma genevieve geoff geoffrey george georgina gerald gerard
gerardo gerd gerhard gerrit gianluca gilles gina giorgio giovanna giovanni gisela giulia giulio giuseppe giuliana
gloria gonzalo gopal gordon graham graciela greg gregor gregory greta guillaume guillermo gunther günther guido
gustavo gwen hadiza haider hakan hamza hana hanna hannah hannes hans hao harald harish haruka haruto harriet harsh
harshita hasan hassan hector heather heike heiko heinrich heinz helen helena helene hélène helga helmut hendrik
henning henri henrik henry herbert hermann hilary hilda hiroshi hiroko holger hortense howard huda hugh hugo hussein
ian ibrahim ida ifeoma ignacio igor ilaria ilse imani imran ines inés ingrid ioana irene irina isaac isabel isabella
isabelle isaiah ishaan ismail itziar ivan ivana ivy izabela jacek jackie jaclyn jacob jacqueline jacques jaime jaimie
jakob jakub jamal james jamie jana janet janice janina janine jannik jared jaroslav jasmin jasmine jason javier jayden
jayesh jean jeanette jeannine jeff jeffrey jelena jenna jennifer jenny jens jeremy jerome jérôme jerry jesse jessica
jesus jesús jian jill jim jimmy jitendra joachim joan joana joanna joanne joao joão joaquin jochen joe joel joelle
johan johanna johannes john johnny jon jonas jonathan jordi jorge jörg jose josé josef joseph josephine josh joshua
josue joyce juan juana juanita judith juergen jürgen julia julian juliana julie julien juliet juliette julio julius
jun jurgen justin justine justyna kabir kai kaitlyn kamal kamala kamila kareem karen karim karin karina karl karla
karolina kasia katarina katarzyna kate katerina katharina katherine kathleen kathrin kathryn kathy katie katja katrin
katya kavita kavitha kayla keisha keiko keith kelechi kelly ken kenji kenneth kenny kerry kerstin kevin khadija khalid
kiara kieran kimberly kiran kirsten kirsty klaus kofi konrad konstantin kristen kristian kristin kristina krishna
krystyna krzysztof kumar kunal kwabena kwame kwasi kyle laetitia lakshmi lara larissa lars latoya laura lauren
laurence laurent lea léa leah leander leandro leila lena lennart leo leon leona leonard leonardo leonie leonora
leopold leroy leslie leticia lewis liam liana lidia liesbeth lieke lin lina linda lindsay lindsey ling lionel lisa
liselotte liz lloyd loic loïc lorena lorenzo lorraine louis louisa louise luca lucas lucia lucía luciana luciano lucie
lucien lucinda lucy ludwig luis luisa lukas lukasz łukasz luke lydia lynn maartje maciej mackenzie madeleine madeline
madhav madhu magali magda magdalena magnus mahesh mahmoud maja makoto malgorzata małgorzata malik malin mandy manish
manoj manon manuel manuela marc marcel marcela marcella marcello marcin marco marcos marcus marek margaret margarita
margaux margot margrit maria maría mariam mariana marianne marie marieke marija marilyn marina mario marion marisa
marisol marissa marius mariusz marjorie markus marlene marta martha martijn martin martina martine marvin mary maryam
mateo mateusz mathias mathieu mathilde matt matteo matthew matthias matthieu maud maureen maurice mauricio maxime
maximilian maya mayumi mbali megan mehdi mehmet mei meera meghan melanie melinda melissa mercedes meredith mia micaela
michael michaela michal michał michel michele michelle michiko miguel mihai mikael mike mikhail mila milan milena
milos mina minh miranda mireille miriam mirjam mitchell miyuki moira mohamed mohammad mohammed mohan mohit moira
monica monika monique moritz moses muhammad mukesh murali murray mustafa nadia nadine nadja naomi narendra natalia
natalie natasha nathalie nathan nathaniel neeraj neha neil nelson ngozi nguyen nia niall nicholas nick nicola nicolai
nicolas nicole nigel nikhil nikita niklas nikolai nikolaos nikos nils nina nisha nitin nkechi nnamdi noah noam nobuko
noelia noémie noor nora norbert noriko norman nour obinna octavia odile ola olaf oleg oleksandr olena olga oliver
oliveira olivier oluwaseun omar omari orla oscar oskar osman oswald otto oumar owen oyelaran pablo pamela paola paolo
parisa parker pascal pascale patricia patrick patrik patryk paul paula paulina pauline paulo pavel pawel paweł pedro
peggy penelope per perrine pete peter petra philip philipp philippa philippe phillip pia pierre pieter pietro pilar
piotr pooja prabhakar pradeep prakash pranav prasad prashant praveen preeti prisca priscilla priya priyanka quentin
rachel rafael rafal rafał raghav rahul raj raja rajan rajesh rajiv raju rakesh ralf ralph ram raman ramesh ramon
ramona randy ranjit raphael raphaël raquel rashid rashida raul raúl ravi raymond rebecca reggie regina reiner reinhard
remi rémi renata renate rené renee renée renu reza rhiannon ricardo riccardo richard ricky rita ritu roberta roberto
robert rodney rodolfo rodrigo roger rohan rohit roland rolf romain roman romina ronald ronan ronja ronnie rory rosalie
rosalind rosalyn rosanna rosario rosemarie ross roxana roxanne rudolf ruben rubén rui rupert russell ruth ryan sabina
sabine sabrina sachin sadia saeed saif sally salma salman salvatore sam samantha sameer samir samira samson samuel
samuele sandeep sandra sandrine sandro sanjay sanne santiago santosh saoirse sara sarah sascha satish satoshi satomi
saurabh sean seamus sebastian sébastien sebastien selina selma serena serge sergei sergey sergio seth shabnam shane
shankar shannon sharon shaun shauna shawn sheila shelby shelley sherry shirin shirley shivani shreya shruti shweta
sibylle siddharth sigrid silke silvia silvio simon simona simone sinead sinéad siobhan siobhán sneha sofia sofie
solomon sonia sonja sonya sophia sophie soren søren srinivas stacey stacy stanislav stanislaw stefan stefania stefanie
stefano steffen stella stephan stephane stéphane stephanie stephen steve steven stuart subramanian sudhir sujata
sukhdeep sumit sunil sunita suresh surya susan susana susanna susanne sushil suzanne suzuki sven svenja svetlana swati
sylvia sylvie szymon tabitha tadeusz takashi takeshi tamara tamika tania tanja tanya tara tariq tarun tatiana tatjana
ted terence teresa terri tessa thabo thandiwe thea theo theodore theresa therese thérèse thibault thierry thomas
thorsten tiago tiffany till tim timo timothy tina tobias todd tom tomas tomás tomasz tommaso tommy tomoko toni tony
torben torsten tracey tracy trevor tristan tunde tyler tyrone uchenna ulrich ulrike umar uma ursula usha ute uwe
vaclav valentin valentina valeria valerie valérie vanessa venkat venkatesh vera verena veronica veronika véronique
vicente vicky victor viet vijay vikram viktor viktoria vincent vincenzo vinod violeta virginie vishal vivek vivian
viviana viviane vivienne vladimir volker walter waleed wanjiku wanda wayne wei wendy werner wesley wilfried wilhelm
willem william winfried winston wojciech wolfgang xavier xiao xiaoming xin yan yannick yara yasmin yasmine yasuko ying
yolanda yoko yosef youssef yuki yuko yumi yuri yusuf yves yvette yvonne zachary zahra zainab zara zeynep zoe zoë zofia
zuzana zsofia zsuzsanna
"""
# First names that are also words, months, places or products: a capital alone does not make them a person.
_DOUBTFUL = """
till harsh ram constance felicity aurora ivy ebony jean jesus carol santiago milan jun ola per lin ling hao ross mina
parker mercedes devon carolina ada raja kay dana alma rory marco lara celeste raman prince long young major abby ace
alba alexa amber angel april archie art ash aston august austin autumn axel bailey barry basil bay bea beau bella ben
bill billy blake blaze bob bobby brad brett brook brooke buck bud buddy cameron candy carl carter cash chad chance
charity charlotte chase chelsea chip christian chuck clark claude clay cliff cody colt cooper corey crystal curt daisy
dakota dale dallas dan dawn dean dee del dell dick dolly dolores dot drew duke earl eden eli elle eve faith fay fern
flora florence flynn fox frank gale garth gay gene georgia ginger glen glenn grace grant guy hale hank happy harley
harmony harper harrison harry harvey haven hazel heath heidi herb holly hope houston hunt hunter ida india iris israel
jack jackson jade jake jan jane jasper jay jet jewel jo jordan josie joy june justice kay kerry kim king kit kitty
lance lane laurel lee lex liberty lily lincoln lisbon logan lola lorry lou luna mabel mac madison marge mark marsh
mason max maxwell may mel melody mercy merit merry mick miles milo ming mini misty molly monty morgan nancy nat neo
ned noel nova olive olivia opal orlando page paige paris pat patience patsy patty pearl peg penny pepper perry phil
phoebe pierce pip piper polly poppy porter prince queen quinn ray red reed reese rex rich rick ricky river rob robin
rocky rod roman ron rosa rose rosemary rowan roy ruby rusty sage sandy sasha savannah scott scout sharma shelly sid
sidney sierra sky skye sol sonny spencer stan star sterling stone storm sue summer sunny sydney tab tad tanner tatum
taylor terry tess toby trinity troy trip turner ty val van vera vic victoria viola violet virginia wade walker ward
warren wes west will willow wolf woody zen
"""
# Products, companies and makes that the tagger takes for proper nouns; users add their own with RedactConfig.keep.
_PRODUCTS = """
adobe airtable alteryx amazon amplitude android anaplan apple asana atlassian auth0 aws azure bamboohr basecamp bing
bitbucket bitrix box braze broadcom calendly canva chatgpt chorus chrome cisco citrix clari clickup cloudflare cognos
concur confluence coupa databricks datadog dialpad docusign dropbox dynamics edge elastic eloqua epic evernote excel
expensify facebook figma firefox fivetran freshdesk freshworks front gainsight genesys git github gitlab gmail gong
google grafana greenhouse gusto hootsuite hubspot instagram intercom intune ios iphone ipad jenkins jira jotform kafka
klaviyo kubernetes linear linkedin linux looker lotus mailchimp marketo medallia microsoft miro mixpanel monday
mulesoft mysql netsuite netskope notion nps okta onedrive onelogin openai oracle outlook outreach pagerduty pardot
paypal pendo ping pipedrive postgres postgresql postman powerbi powerpoint power procore python qlik qualtrics
quickbooks redshift ringcentral ringo safari sage salesforce salesloft samsung sap segment selenium sentry servicenow
shopify sharepoint siebel skype slack smartsheet snowflake splunk square stripe successfactors surveymonkey tableau
talend teams teamviewer tempo terraform totango trello trustpilot twilio typeform uber ukg vimeo visio webex whatsapp
windows wordpress workato workday xero yammer youtube zapier zendesk zoho zoom zoominfo zscaler zuora visa mastercard
amex sepa swift iban swagger siri cortana bixby watson travis raiffeisen siemens
"""
_PLACES = """
africa america amsterdam asia atlanta australia austria bangalore barcelona belgium berlin birmingham boston brazil
bristol brussels california canada chicago china cologne copenhagen denmark denver dublin dubai edinburgh england
europe finland france frankfurt geneva germany glasgow hamburg hyderabad ireland italy japan johannesburg lagos leeds
london lyon madrid manchester melbourne mexico miami milan montreal mumbai munich nairobi netherlands norway oslo
oxford philadelphia poland portugal prague rome rotterdam scotland seattle singapore spain stockholm sweden
switzerland tokyo toronto turkey vancouver vienna wales warsaw washington zurich english german french spanish dutch
italian portuguese american british european asian indian chinese japanese polish monday tuesday wednesday thursday
friday saturday sunday january february march april may june july august september october november december mon tue
wed thu fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec easter christmas xmas covid
osaka kyoto seoul busan taipei lisbon naples turin bilbao seville malaga galway leuven ghent
"""
# Short forms people use for each other; both ways.
_NICKNAMES = """
alexander:alex,sasha alexandra:alex,sandra,sasha andrew:andy,drew anthony:tony benjamin:ben,benny
catherine:cathy,kate,katie,cat charles:charlie,chuck christina:chris,tina christine:chris,tina christopher:chris
daniel:dan,danny david:dave deborah:deb,debbie donald:don edward:ed,eddie,ted elizabeth:liz,beth,lizzie,eliza,betty
abdul:abdu agnieszka:aga,agnes aleksander:olek,sasha aleksandra:ola,sasha anastasia:nastya,stasia andreas:andi
anna:ania,anya,annie antonio:toni,tonio barbara:barb,basia bartholomew:bart beatriz:bea bernhard:bernd,berni
bogdan:bodya boris:borya carlos:carlitos concepcion:concha,conchita cornelia:conny cornelius:cor,kees
dimitri:dima,mitya dmitri:dima,mitya dmitry:dima,mitya dolores:lola eduardo:edu,lalo ekaterina:katya,katia
elena:lena elisabeth:lisa,liesl,elsa,betty enrique:quique,kike ernesto:neto evgeny:zhenya fernando:nando,fer
francisco:paco,pancho,fran friedrich:fritz,fred gabriela:gaby,gabi georgios:giorgos gerardus:gerard,gerrit
giuseppe:beppe,peppe,pino giovanni:gianni,nino grzegorz:grzes guadalupe:lupe,lupita guillermo:memo,guille
hendrik:henk,rik ignacio:nacho iosif:osya isabel:isa,chabela ivan:vanya jacobus:jaap,koos jakub:kuba
jerzy:jurek jesus:chuy,chucho joao:joaozinho johannes:hans,jan,joop,hannes jorge:coque jose:pepe,chepe
josef:sepp,jupp katarzyna:kasia,kaska konstantin:kostya krzysztof:krzys,krzysiek leopoldo:polo ludmila:luda,mila
luis:lucho,luisito malgorzata:gosia,malgosia manuel:manolo,manu,manni margarita:rita,marga maria:mary,mia,masha,mariola
maria:maruja mariya:masha michail:misha mikhail:misha mohammed:mo,mohamed,muhammad mohamed:mo nadezhda:nadia,nadya
natalia:nata,natasha,talia nikolai:kolya,nik oleksandr:sasha,oleks olga:olya pavel:pasha petra:peti petronella:nel
pyotr:petya rosario:charo roberto:beto robertus:bert,rob salvador:chava santiago:santi sergei:seryozha,serge
sofia:sofi,sonya stanislav:stas stanislaw:staszek stefan:stef svetlana:sveta tadeusz:tadek tatiana:tanya,tania
thi:ti tomasz:tomek,tomas valentina:valya vincenzo:enzo,cenzo vladimir:vova,volodya,vlad vyacheslav:slava
wilhelm:willi,willy wilhelmina:willa,mina,wil wojciech:wojtek yekaterina:katya yevgeny:zhenya zbigniew:zbyszek,zbynio
zdenek:zdenda emily:em francis:frank,fran francesca:fran frederick:fred,freddie gabriel:gabe gregory:greg harold:harry
henry:harry,hank isabella:bella,izzy jacob:jake james:jim,jimmy,jamie janet:jan jeffrey:jeff jennifer:jen,jenny,jenn
jeremy:jerry jessica:jess,jessie john:jack,johnny jonathan:jon,jonny joseph:joe,joey joshua:josh
katherine:kate,katie,kathy,kat kathleen:kathy,kate kenneth:ken,kenny kimberly:kim laurence:larry lawrence:larry
leonard:leo,len margaret:maggie,meg,peggy matthew:matt,matty maximilian:max maxime:max maxwell:max melissa:mel,missy
michael:mike,mick,mickey michelle:shelly nathaniel:nate,nathan nathan:nate nicholas:nick,nicky nicole:nicky,nikki
pamela:pam patricia:pat,patty,trish patrick:pat,paddy peter:pete philip:phil phillip:phil raymond:ray
rebecca:becky,becca richard:rich,rick,dick,ricky robert:rob,bob,bobby,robbie,bert ronald:ron samantha:sam,sammy
samuel:sam,sammy sebastian:seb,bastian stephanie:steph,steffi stephen:steve steven:steve susan:sue,susie susanne:susi
theodore:ted,theo thomas:tom,tommy timothy:tim,timmy tobias:tobi victoria:vicky,tori,vic vincent:vince,vinny
walter:walt,wally william:will,bill,billy,liam zachary:zach,zack johannes:hannes,jo katharina:kathi,kat aleksandra:ola
katarzyna:kasia małgorzata:gosia giuseppe:beppe francisco:paco jose:pepe
"""

DOUBTFUL_NAMES = frozenset(_DOUBTFUL.split())
FIRST_NAMES = frozenset(_FIRST.split()) - DOUBTFUL_NAMES
PRODUCTS = frozenset(_PRODUCTS.split())
PLACES = frozenset(_PLACES.split())


def _pairs() -> dict[str, frozenset[str]]:
    forms: dict[str, set[str]] = {}
    for entry in _NICKNAMES.split():
        name, short = entry.split(":")
        for nickname in short.split(","):
            forms.setdefault(name, set()).add(nickname)
            forms.setdefault(nickname, set()).add(name)
    return {name: frozenset(others) for name, others in forms.items()}


NICKNAMES = _pairs()
