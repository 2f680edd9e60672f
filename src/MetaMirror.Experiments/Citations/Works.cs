namespace MetaMirror.Experiments.Citations;

/// <summary>The works that this project rests on.</summary>
internal static class Works
{
    private const string Neurips = "Advances in Neural Information Processing Systems (NeurIPS)", Iclr = "International Conference on Learning Representations (ICLR)", Icml = "International Conference on Machine Learning (ICML)";

    /// <summary>All of them: this project, the papers it implements, neighbors, optimizers, tools, data sets.</summary>
    public static IReadOnlyList<Work> All { get; } =
    [
        new("metamirror", "misc", "{The MetaMirror authors}", "MetaMirror: learned optimizers for .NET, with proofs", 2026, "Software"),
        new("gao2022metamd", "article", "Gao, Boyan and Gouk, Henry and Lee, Hae Beom and Hospedales, Timothy M.", "Meta Mirror Descent: Optimiser Learning for Fast Convergence", 2022, "arXiv preprint", "arXiv:2203.02711"),
        new("gao2023metamd", "misc", "Gao, Boyan and Gouk, Henry and Lee, Hae Beom and Hospedales, Timothy M.", "MetaMD: Principled Optimiser Meta-Learning for Deep Learning", 2023, "Submitted to ICLR 2023", "https://openreview.net/forum?id=LOMA7vSa2Y"),
        new("flennerhag2023optimistic", "inproceedings", "Flennerhag, Sebastian and Zahavy, Tom and O'Donoghue, Brendan and van Hasselt, Hado and György, András and Singh, Satinder", "Optimistic Meta-Gradients", 2023, Neurips, "arXiv:2301.03236"),
        new("flennerhag2022bootstrapped", "inproceedings", "Flennerhag, Sebastian and Schroecker, Yannick and Zahavy, Tom and van Hasselt, Hado and Silver, David and Singh, Satinder", "Bootstrapped Meta-Learning", 2022, Iclr, "arXiv:2109.04504"),
        new("beck2003mirror", "article", "Beck, Amir and Teboulle, Marc", "Mirror descent and nonlinear projected subgradient methods for convex optimization", 2003, "Operations Research Letters 31(3), 167-175"),
        new("khodak2019aruba", "inproceedings", "Khodak, Mikhail and Balcan, Maria-Florina and Talwalkar, Ameet", "Adaptive Gradient-Based Meta-Learning Methods", 2019, Neurips, "arXiv:1906.02717"),
        new("li2017metasgd", "article", "Li, Zhenguo and Zhou, Fengwei and Chen, Fei and Li, Hang", "Meta-SGD: Learning to Learn Quickly for Few-Shot Learning", 2017, "arXiv preprint", "arXiv:1707.09835"),
        new("park2019metacurvature", "inproceedings", "Park, Eunbyung and Oliva, Junier B.", "Meta-Curvature", 2019, Neurips, "arXiv:1902.03356"),
        new("flennerhag2020warpgrad", "inproceedings", "Flennerhag, Sebastian and Rusu, Andrei A. and Pascanu, Razvan and Visin, Francesco and Yin, Hujun and Hadsell, Raia", "Meta-Learning with Warped Gradient Descent", 2020, Iclr, "arXiv:1909.00025"),
        new("micaelli2021fds", "inproceedings", "Micaelli, Paul and Storkey, Amos", "Gradient-based Hyperparameter Optimization Over Long Horizons", 2021, Neurips, "arXiv:2007.07869"),
        new("baydin2018hypergradient", "inproceedings", "Baydin, Atilim Gunes and Cornish, Robert and Martinez Rubio, David and Schmidt, Mark and Wood, Frank", "Online Learning Rate Adaptation with Hypergradient Descent", 2018, Iclr, "arXiv:1703.04782"),
        new("gao2024online", "article", "Gao, Wenzhi and Chu, Ya-Chi and Ye, Yinyu and Udell, Madeleine", "Gradient Methods with Online Scaling", 2024, "arXiv preprint", "arXiv:2411.01803"),
        new("chu2025osgm", "article", "Chu, Ya-Chi and Gao, Wenzhi and Ye, Yinyu and Udell, Madeleine", "Gradient Methods with Online Scaling Part II. Practical Aspects", 2025, "arXiv preprint", "arXiv:2509.11007"),
        new("andrychowicz2016learning", "inproceedings", "Andrychowicz, Marcin and Denil, Misha and Gomez, Sergio and Hoffman, Matthew W. and Pfau, David and Schaul, Tom and Shillingford, Brendan and de Freitas, Nando", "Learning to learn by gradient descent by gradient descent", 2016, Neurips, "arXiv:1606.04474"),
        new("metz2019understanding", "inproceedings", "Metz, Luke and Maheswaranathan, Niru and Nixon, Jeremy and Freeman, C. Daniel and Sohl-Dickstein, Jascha", "Understanding and correcting pathologies in the training of learned optimizers", 2019, Icml, "arXiv:1810.10180"),
        new("bello2017neural", "inproceedings", "Bello, Irwan and Zoph, Barret and Vasudevan, Vijay and Le, Quoc V.", "Neural Optimizer Search with Reinforcement Learning", 2017, Icml, "arXiv:1709.07417"),
        new("franceschi2017forward", "inproceedings", "Franceschi, Luca and Donini, Michele and Frasconi, Paolo and Pontil, Massimiliano", "Forward and Reverse Gradient-Based Hyperparameter Optimization", 2017, Icml, "arXiv:1703.01785"),
        new("lorraine2020implicit", "inproceedings", "Lorraine, Jonathan and Vicol, Paul and Duvenaud, David", "Optimizing Millions of Hyperparameters by Implicit Differentiation", 2020, "International Conference on Artificial Intelligence and Statistics (AISTATS)", "arXiv:1911.02590"),
        new("robbins1951stochastic", "article", "Robbins, Herbert and Monro, Sutton", "A Stochastic Approximation Method", 1951, "The Annals of Mathematical Statistics 22(3), 400-407"),
        new("polyak1964some", "article", "Polyak, Boris T.", "Some methods of speeding up the convergence of iteration methods", 1964, "USSR Computational Mathematics and Mathematical Physics 4(5), 1-17"),
        new("nesterov1983method", "article", "Nesterov, Yurii", "A method of solving a convex programming problem with convergence rate O(1/k^2)", 1983, "Soviet Mathematics Doklady 27, 372-376"),
        new("tieleman2012rmsprop", "misc", "Tieleman, Tijmen and Hinton, Geoffrey", "Lecture 6.5: RMSProp, divide the gradient by a running average of its recent magnitude", 2012, "COURSERA: Neural Networks for Machine Learning"),
        new("kingma2015adam", "inproceedings", "Kingma, Diederik P. and Ba, Jimmy", "Adam: A Method for Stochastic Optimization", 2015, Iclr, "arXiv:1412.6980"),
        new("dozat2016nadam", "inproceedings", "Dozat, Timothy", "Incorporating Nesterov Momentum into Adam", 2016, "ICLR Workshop"),
        new("loshchilov2019adamw", "inproceedings", "Loshchilov, Ilya and Hutter, Frank", "Decoupled Weight Decay Regularization", 2019, Iclr, "arXiv:1711.05101"),
        new("duchi2011adagrad", "article", "Duchi, John and Hazan, Elad and Singer, Yoram", "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011, "Journal of Machine Learning Research 12, 2121-2159"),
        new("rakhlin2013optimization", "inproceedings", "Rakhlin, Alexander and Sridharan, Karthik", "Optimization, Learning, and Games with Predictable Sequences", 2013, Neurips, "arXiv:1311.1869"),
        new("daskalakis2018training", "inproceedings", "Daskalakis, Constantinos and Ilyas, Andrew and Syrgkanis, Vasilis and Zeng, Haoyang", "Training GANs with Optimism", 2018, Iclr, "arXiv:1711.00141"),
        new("cutkosky2019anytime", "inproceedings", "Cutkosky, Ashok", "Anytime Online-to-Batch, Optimism and Acceleration", 2019, Icml, "arXiv:1903.00974"),
        new("ramirez2023omega", "article", "Ramirez, Juan and Sukumaran, Rohan and Bertrand, Quentin and Gidel, Gauthier", "Omega: Optimistic EMA Gradients", 2023, "arXiv preprint", "arXiv:2306.07905"),
        new("gupta2018shampoo", "inproceedings", "Gupta, Vineet and Koren, Tomer and Singer, Yoram", "Shampoo: Preconditioned Stochastic Tensor Optimization", 2018, Icml, "arXiv:1802.09568"),
        new("vyas2025soap", "inproceedings", "Vyas, Nikhil and Morwani, Depen and Zhao, Rosie and Kwun, Mujin and Shapira, Itai and Brandfonbrener, David and Janson, Lucas and Kakade, Sham", "SOAP: Improving and Stabilizing Shampoo using Adam", 2025, Iclr, "arXiv:2409.11321"),
        new("jordan2024muon", "misc", "Jordan, Keller and Jin, Yuchen and Boza, Vlado and You, Jiacheng and Cesista, Franz and Newhouse, Laker and Bernstein, Jeremy", "Muon: An optimizer for hidden layers in neural networks", 2024, "Web page", "https://kellerjordan.github.io/posts/muon/"),
        new("chen2023lion", "inproceedings", "Chen, Xiangning and Liang, Chen and Huang, Da and Real, Esteban and Wang, Kaiyuan and Pham, Hieu and Dong, Xuanyi and Luong, Thang and Hsieh, Cho-Jui and Lu, Yifeng and Le, Quoc V.", "Symbolic Discovery of Optimization Algorithms", 2023, Neurips, "arXiv:2302.06675"),
        new("shamir2013stochastic", "inproceedings", "Shamir, Ohad and Zhang, Tong", "Stochastic Gradient Descent for Non-smooth Optimization: Convergence Results and Optimal Averaging Schemes", 2013, Icml, "arXiv:1212.1824"),
        new("defazio2024road", "inproceedings", "Defazio, Aaron and Yang, Xingyu Alice and Mehta, Harsh and Mishchenko, Konstantin and Khaled, Ahmed and Cutkosky, Ashok", "The Road Less Scheduled", 2024, Neurips, "arXiv:2405.15682"),
        new("mishchenko2024prodigy", "inproceedings", "Mishchenko, Konstantin and Defazio, Aaron", "Prodigy: An Expeditiously Adaptive Parameter-Free Learner", 2024, Icml, "arXiv:2306.06101"),
        new("salmon2011parallel", "inproceedings", "Salmon, John K. and Moraes, Mark A. and Dror, Ron O. and Shaw, David E.", "Parallel Random Numbers: As Easy as 1, 2, 3", 2011, "International Conference for High Performance Computing, Networking, Storage and Analysis (SC)"),
        new("alpaydin1998optdigits", "misc", "Alpaydin, Ethem and Kaynak, Cenk", "Optical Recognition of Handwritten Digits", 1998, "UCI Machine Learning Repository"),
        new("lecun1998gradient", "article", "LeCun, Yann and Bottou, Leon and Bengio, Yoshua and Haffner, Patrick", "Gradient-Based Learning Applied to Document Recognition", 1998, "Proceedings of the IEEE 86(11), 2278-2324"),
        new("xiao2017fashion", "article", "Xiao, Han and Rasul, Kashif and Vollgraf, Roland", "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms", 2017, "arXiv preprint", "arXiv:1708.07747"),
        new("clanuwat2018kmnist", "article", "Clanuwat, Tarin and Bober-Irizar, Mikel and Kitamoto, Asanobu and Lamb, Alex and Yamamoto, Kazuaki and Ha, David", "Deep Learning for Classical Japanese Literature", 2018, "arXiv preprint", "arXiv:1812.01718"),
        new("hull1994database", "article", "Hull, Jonathan J.", "A Database for Handwritten Text Recognition Research", 1994, "IEEE Transactions on Pattern Analysis and Machine Intelligence 16(5), 550-554"),
        new("yadav2019qmnist", "inproceedings", "Yadav, Chhavi and Bottou, Leon", "Cold Case: The Lost MNIST Digits", 2019, Neurips, "arXiv:1905.10498"),
        new("netzer2011svhn", "inproceedings", "Netzer, Yuval and Wang, Tao and Coates, Adam and Bissacco, Alessandro and Wu, Bo and Ng, Andrew Y.", "Reading Digits in Natural Images with Unsupervised Feature Learning", 2011, "NIPS Workshop on Deep Learning and Unsupervised Feature Learning"),
        new("krizhevsky2009tiny", "misc", "Krizhevsky, Alex", "Learning Multiple Layers of Features from Tiny Images", 2009, "Technical report, University of Toronto"),
        new("coates2011stl", "inproceedings", "Coates, Adam and Lee, Honglak and Ng, Andrew Y.", "An Analysis of Single-Layer Networks in Unsupervised Feature Learning", 2011, "International Conference on Artificial Intelligence and Statistics (AISTATS)"),
    ];
}
